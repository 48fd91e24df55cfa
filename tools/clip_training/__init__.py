"""Training of the two small CLIP models that ship with ClipMatrix: the guide (``embedded``) and the judge."""
