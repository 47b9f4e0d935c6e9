/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the page looks: light and dark, wide and narrow, on paper.
 */
#ifndef MPCF_REPORT_PAGE_STYLE_H
#define MPCF_REPORT_PAGE_STYLE_H

/* Rules of CSS, one behind the other; NULL ends. The palette of plots is .c0 to .c7. */
extern const char *const page_style[];

#endif
