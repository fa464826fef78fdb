"""Airflow: one verdict by papermill, then the plan by `forecasts run`, every fifth of the month at 8:00.

Tried with Airflow 3.3.2, its papermill provider and SQLite:  airflow dags test forecasts_brief
Put it into Airflow's `dags` folder. Airflow lives in an environment of its own, so tell it of the project's:

    pip install apache-airflow apache-airflow-providers-papermill apache-airflow-providers-standard
    /srv/forecasts/.venv/bin/python -m ipykernel install --user --name forecasts   # the notebook's kernel
    export FORECASTS_PROJECT=/srv/forecasts   # where Airflow's scheduler and workers see it
"""

import os
from datetime import datetime

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

PROJECT = os.environ.get("FORECASTS_PROJECT", "/srv/forecasts")
NOTEBOOK = f"{PROJECT}/notebooks/goal.ipynb"

with DAG(
    "forecasts_brief",
    schedule="0 8 5 * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,  # a brief is about today's knowledge: a day that was missed needs none
    max_active_runs=1,
    tags=["forecasts"],
):
    # papermill makes no folder for the executed notebook.
    folder = BashOperator(task_id="folder", bash_command="mkdir -p reports/out/airflow", cwd=PROJECT)
    verdict = PapermillOperator(
        task_id="verdict",
        input_nb=NOTEBOOK,
        output_nb=f"{PROJECT}/reports/out/airflow/goal.ipynb",
        kernel_name="forecasts",
        # The last one tells the notebook which project it belongs to; `output` starts from that folder.
        parameters={"language": "en", "output": "reports/out/airflow", "PAPERMILL_INPUT_PATH": NOTEBOOK},
    )
    brief = BashOperator(
        task_id="brief",
        # The last line of standard output, the PDF's path, becomes the task's XCom.
        bash_command=".venv/bin/forecasts run reports/plans/brief.yaml --jobs 2",
        cwd=PROJECT,
    )
    folder >> verdict >> brief
