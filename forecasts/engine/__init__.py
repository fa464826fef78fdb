"""How series grow: numbers only, asked in closed form; ``learn`` fits what it knows."""
