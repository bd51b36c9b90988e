# SPDX-License-Identifier: GPL-3.0-or-later
dist_man_MANS += %D%/leadline.1 %D%/leadlined.8
EXTRA_DIST += %D%/HACKING.md %D%/architecture.md %D%/performance.md
