"""The checks in ``model/checks`` run on the model: what it must do for it to be an economy."""
