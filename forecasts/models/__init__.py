"""What might come: growth models, from one point to hundreds, and their combination."""
