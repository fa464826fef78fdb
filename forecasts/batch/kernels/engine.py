"""papermill's engine ``warm``: notebooks on warm kernels, whoever asks for it by this name.

papermill loads this file whenever it starts, and before it is whole itself: so here is only the way to what
executes, which is taken when a notebook is.
"""

from typing import Any


class WarmEngine:
    """What papermill asks of an engine, passed on to :class:`forecasts.batch.kernels.execution.Execution`."""

    @staticmethod
    def execute_notebook(nb: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Execute a notebook; see papermill for the parameters."""
        from forecasts.batch.kernels.execution import Execution

        return Execution.execute_notebook(nb, kernel_name, **kwargs)

    @staticmethod
    def nb_kernel_name(nb: Any, name: str | None = None) -> Any:
        """Return the name of the kernel that a notebook asks for."""
        from papermill.engines import Engine

        return Engine.nb_kernel_name(nb, name)

    @staticmethod
    def nb_language(nb: Any, language: str | None = None) -> Any:
        """Return the language of a notebook."""
        from papermill.engines import Engine

        return Engine.nb_language(nb, language)
