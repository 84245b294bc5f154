"""What the work costs, as ratios against a named floor, taken in one run on one machine.

`python -m tests.benchmarks` prints them beside the goals of docs/benchmarks.md; an absolute time says
more about the machine than about the program.
"""
