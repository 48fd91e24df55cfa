"""How a character moves: its rig, its Actions, what it follows, and poses sampled from them."""
