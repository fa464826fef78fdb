"""Valid inputs, broken in every way that a seed gives: nothing comes but answers, warnings and refusals."""
