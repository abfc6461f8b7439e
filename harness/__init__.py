# SPDX-License-Identifier: GPL-2.0-only
"""Builds, boots, watches and judges the kernel from outside."""
