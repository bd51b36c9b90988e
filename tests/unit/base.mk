# SPDX-License-Identifier: GPL-3.0-or-later
# One program for each module; it links its own layer and those below, so that link order enforces the arrows.
