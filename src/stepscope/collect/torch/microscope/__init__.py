"""The microscope: a step whose loss or gradient is not finite is run again, in a fork, with every instrument on."""
