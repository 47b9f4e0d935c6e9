/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far long work is, on standard error.
 */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/progress.h"
#include "base/standard_error.h"
#include "base/text.h"
#include "host.h"

struct display {
    bool terminal;
    int64_t last_ns;
    int width; /* of the line that stands on the terminal */
};

static void write_left(struct text_buffer *line, double seconds)
{
    if (seconds >= 3600) {
        text_printf(line, ", %.0f h %02.0f min left", floor(seconds / 3600),
                    floor(fmod(seconds, 3600) / 60));
    } else if (seconds >= 0) {
        text_printf(line, ", %.0f:%02.0f left", floor(seconds / 60), fmod(floor(seconds), 60));
    }
}

static void write_line(struct text_buffer *line, const struct progress *p)
{
    text_append(line, p->stage);
    if (p->epochs > 0) {
        text_printf(line, ", epoch %llu of %llu", (unsigned long long) p->epoch,
                    (unsigned long long) p->epochs);
    }
    text_printf(line, ", %llu", (unsigned long long) p->done);
    if (p->total > 0) {
        text_printf(line, " of %llu", (unsigned long long) p->total);
    }
    if (!isnan(p->loss)) {
        text_printf(line, ", loss %.4g", p->loss);
    }
    if (p->rate > 0) {
        text_printf(line, p->rate >= 100 ? ", %.0f %s/s" : ", %.3g %s/s", p->rate,
                    p->unit == NULL ? "steps" : p->unit);
    }
    write_left(line, p->is_final ? -1 : p->seconds_left);
}

/* A terminal's line is rewritten ten times a second at most; others get one every ten seconds. */
static bool is_due(struct display *display, const struct progress *p)
{
    const int64_t now = clock_now_ns();
    const int64_t pause = display->terminal ? 100000000 : 10000000000;

    if (!p->is_final && now - display->last_ns < pause) {
        return false;
    }
    display->last_ns = now;
    return true;
}

static void show(void *context, const struct progress *p)
{
    struct display *display = context;
    struct text_buffer line = {0};

    if (!is_due(display, p)) {
        return;
    }
    if (display->terminal) {
        text_append(&line, "\r");
    }
    write_line(&line, p);
    if (display->terminal) {
        const int width = (int) line.length - 1;

        /* What stood there is overwritten to its end. */
        text_printf(&line, "%*s%s", display->width > width ? display->width - width : 0, "",
                    p->is_final ? "\n" : "");
        display->width = p->is_final ? 0 : width;
    } else {
        text_append(&line, "\n");
    }
    if (!line.failed) {
        standard_error_write(text_string(&line));
    }
    text_clear(&line);
}

void host_show_progress(void)
{
    static struct display display;

    display.terminal = isatty(STDERR_FILENO) == 1;
    progress_set_sink(show, &display);
}
