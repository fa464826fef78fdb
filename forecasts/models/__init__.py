"""What might come: growth models, from one point to hundreds, behind one protocol."""
