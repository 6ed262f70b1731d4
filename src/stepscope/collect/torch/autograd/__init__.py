"""After an exception: a history that was cut, freed or written over."""
