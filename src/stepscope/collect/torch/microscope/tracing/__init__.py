"""From what is not finite back to where it began: every operator of the repeated step, and what is known of the weights."""
