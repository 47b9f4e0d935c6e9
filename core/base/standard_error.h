/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for a person on standard error, which may be a pipe that nobody reads.
 */
#ifndef MPCF_BASE_STANDARD_ERROR_H
#define MPCF_BASE_STANDARD_ERROR_H

/*
 * Writes TEXT as one piece. Where its reader has gone, it is dropped; where its reader is there and
 * does not read, this waits a second once and then drops all until there is room again, and says
 * then how many pieces are missing: peers wait for this process, and must not wait for a log's
 * reader. From any thread.
 */
void standard_error_write(const char *text);
/* What a process ends with: waits a second in any case. */
void standard_error_write_last(const char *text);

#endif
