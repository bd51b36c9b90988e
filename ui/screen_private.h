/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between screen.c and draw.c only. */
#pragma once

void draw_reset_styles(void);
