"""Results as labelled Datasets: their form, and how they are kept on disk."""
