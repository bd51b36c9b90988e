/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/group_report.h"

#include <string.h>

/* How a component is measured. */
typedef enum ScoreUnit {
    UNIT_COUNT,  /* so many */
    UNIT_WEEKLY, /* thousandths a week */
    UNIT_MONEY,  /* whole units of a currency */
} ScoreUnit;

#define BANDS_MAX 5

/* Bands rise: a value is in the last one whose `from` it reaches. */
typedef struct ScoreScale {
    ScoreComponent component;
    ScoreUnit unit;
    struct {
        gint64 from, points;
    } bands[BANDS_MAX];
    int n;
} ScoreScale;

static const ScoreScale scales[] = {
    { SCORE_ABSENCES, UNIT_COUNT, { { 0, 15 }, { 1, 10 }, { 2, 5 }, { 3, 0 } }, 4 },
    { SCORE_SLIPS,
      UNIT_WEEKLY,
      { { 0, 0 }, { 500, 5 }, { 750, 10 }, { 1000, 15 }, { 1200, 20 } },
      5 },
    { SCORE_THANKS, UNIT_MONEY, { { 0, 0 }, { 1000, 5 }, { 2500, 10 }, { 5000, 15 } }, 4 },
    { SCORE_VISITORS,
      UNIT_WEEKLY,
      { { 0, 0 }, { 83, 5 }, { 167, 10 }, { 250, 15 }, { 500, 20 } },
      5 },
    { SCORE_PUNCTUAL, UNIT_COUNT, { { 0, 5 }, { 1, 0 } }, 2 },
    { SCORE_TRAINING, UNIT_COUNT, { { 0, 0 }, { 1, 5 }, { 2, 10 }, { 3, 15 } }, 4 },
};

static const ScoreScale *scale_of(ScoreComponent component)
{
    for (size_t i = 0; i < G_N_ELEMENTS(scales); i++)
        if (scales[i].component == component)
            return &scales[i];
    g_assert_not_reached();
}

/* The least n that is in a band: of what is counted, in minor units of money. */
static gint64 least(const ScoreScale *scale, int band, gint64 weeks, const char *currency)
{
    gint64 from = scale->bands[band].from;
    if (scale->unit == UNIT_WEEKLY)
        return (from * weeks + 999) / 1000;
    if (scale->unit == UNIT_MONEY)
        for (int i = money_exponent(currency); i > 0; i--)
            from *= 10;
    return from;
}

static char *limit_text(const ScoreScale *scale, int band)
{
    gint64 from = scale->bands[band].from;
    if (scale->unit != UNIT_WEEKLY)
        return g_strdup_printf("%" G_GINT64_FORMAT, from);
    g_autofree char *text = g_strdup_printf("%d.%03d", (int)(from / 1000), (int)(from % 1000));
    size_t length = strlen(text);
    while (text[length - 1] == '0')
        text[--length] = '\0';
    if (text[length - 1] == '.')
        text[length - 1] = '\0';
    return g_steal_pointer(&text);
}

static void put_label(const ScoreScale *scale, int band, char *label, size_t size)
{
    g_autofree char *from = limit_text(scale, band);
    if (band + 1 == scale->n) {
        g_snprintf(label, size, "%s+", from);
        return;
    }
    if (scale->unit == UNIT_COUNT) {
        g_snprintf(label, size, "%s", from);
        return;
    }
    g_autofree char *to = limit_text(scale, band + 1);
    g_snprintf(label, size, "%s..%s", from, to);
}

ScoreBand score_band(ScoreComponent component, gint64 n, gint64 weeks, const char *currency)
{
    const ScoreScale *scale = scale_of(component);
    bool fewer = scale->bands[0].points > scale->bands[1].points;
    int band = scale->n - 1;
    weeks = MAX(weeks, 1); /* without a meeting nobody reaches more than nothing */
    while (band > 0 && n < least(scale, band, weeks, currency))
        band--;
    ScoreBand found = { .points = scale->bands[band].points };
    put_label(scale, band, found.label, sizeof found.label);
    int better = fewer ? band - 1 : band + 1;
    if (better < 0 || better >= scale->n)
        return found;
    found.distance = fewer ? n - scale->bands[better].from
                           : least(scale, better, weeks, currency) - n;
    /* with few meetings one more slip may reach over several bands */
    while (!fewer && better + 1 < scale->n &&
           least(scale, better + 1, weeks, currency) <= n + found.distance)
        better++;
    found.next = scale->bands[better].points;
    return found;
}

gint64 score_most(ScoreComponent component)
{
    gint64 most = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(scales); i++)
        if (component == SCORE_TOTAL || scales[i].component == component)
            most += MAX(scales[i].bands[0].points, scales[i].bands[scales[i].n - 1].points);
    return most;
}
