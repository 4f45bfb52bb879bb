"""What every notebook imports first: the toolkit beside this folder.

A notebook works in the repository's root, as the commands in README do.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from figures.interactive.begin import begin as begin  # noqa: E402
