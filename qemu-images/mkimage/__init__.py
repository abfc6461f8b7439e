# SPDX-License-Identifier: GPL-2.0-only
"""Builds reproducible disk images from recipes, without root rights."""
