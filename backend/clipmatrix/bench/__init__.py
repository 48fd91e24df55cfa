"""How fast this machine is: an optimisation step beside bare CLIP, part by part."""
