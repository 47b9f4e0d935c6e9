/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of capitals where there is a vocab.txt and no file says do_lower_case.
 */
#ifndef MPCF_TEXT_LETTER_CASE_H
#define MPCF_TEXT_LETTER_CASE_H

enum letter_case {
    CASE_JUDGED = 0, /* as the words of vocab.txt suggest */
    CASE_LOWERED,
    CASE_KEPT
};

#endif
