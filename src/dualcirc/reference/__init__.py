"""What the model says, for readers and other tools: explanations, pictures, a self-contained file.

Reads the model and the registry; runs nothing.
"""
