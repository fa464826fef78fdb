"""Warm kernels: a process with everything imported forks one clean kernel for each notebook.

The protocol between papermill and a kernel stays Jupyter's own; only the birth of the kernel differs.
"""
