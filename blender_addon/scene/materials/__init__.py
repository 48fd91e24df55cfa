"""What materials show and how they take a result: nodes read without a render, paint laid out, images put in."""
