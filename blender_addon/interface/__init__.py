"""What an artist sees and touches: properties, panels, operators, takes."""
