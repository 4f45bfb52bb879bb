"""Optimizer steps, side by side: contenders, overhead, whole steps, memory."""
