/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for a person on standard error, which may be a pipe that nobody reads, or a terminal on whose last
 * line stands how far the work is. What no terminal should be sent is escaped here (printable.h).
 */
#ifndef MPCF_BASE_STANDARD_ERROR_H
#define MPCF_BASE_STANDARD_ERROR_H

/*
 * Writes TEXT, whole lines, as one piece. Where its reader has gone, it is dropped; where its reader is
 * there and does not read, this waits a second once and then drops all until there is room again, and
 * says then how many pieces are missing: peers wait for this process, and must not wait for a log's
 * reader. A line that stands goes on below it. From any thread.
 */
void standard_error_write(const char *text);
/* What a process ends with: waits a second in any case, and a line that stands stays above it. */
void standard_error_write_last(const char *text);

/* A terminal's last line, without its end: stands there until it is written anew, kept or hidden.
 * What does not fit the terminal's width is cut. */
void standard_error_show_line(const char *line);
void standard_error_keep_line(void); /* it stays; what follows stands below it */
void standard_error_hide_line(void); /* it goes, as where other text goes to the terminal */
/* Only ends it. For a signal's handler. */
void standard_error_leave_line(void);

#endif
