/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of AES's streams one session may use.
 *
 * Masks are blocks of AES-128 in counter mode: for every inference, step, item and block number
 * another counter, so the blocks under one key never repeat, while truly random ones would. N of
 * them are told from random ones with advantage at most N (N - 1) / 2^129, beside what breaking
 * AES itself gives (the switching of a permutation for a function: Bellare, Rogaway, "The security
 * of triple encryption and a framework for code-based game-playing proofs", 2006, lemma 1; of
 * counter mode: Bellare, Desai, Jokipii, Rogaway, "A concrete security treatment of symmetric
 * encryption", 1997).
 *
 * A session has two keys that inferences draw from, the provider's and the user's. With at most
 *     SESSION_INFERENCES * INFERENCE_BLOCKS = 2^12 * 2^36 = 2^48 = N
 * blocks under each, both together give less than 2 * 2^96 / 2^129 = 2^-32. (Each set of masked
 * weights has a key of its own, with half a block a weight: for 2^30 weights below 2^-69.) Real
 * programs stay far below: BERT-base at 128 tokens draws 2^25 blocks an inference under the
 * provider's key, so that a whole session of it is below 2^-54.
 */
#ifndef MPCF_SECURE_SESSION_LIMITS_H
#define MPCF_SECURE_SESSION_LIMITS_H

#include <stdint.h>

#include <mpcf/error.h>

#include "program/program.h"

/* Inference numbers are below this. */
#define SESSION_INFERENCES 4096
/* 2^36 blocks are 1 TiB of masks. */
#define INFERENCE_BLOCKS (UINT64_C(1) << 36)

/* Words of masks, 64 bits each, that step S of P draws under one key: at most so many. */
uint64_t step_mask_words(const struct program *p, const struct step *s);
/* An inference of P may draw more than INFERENCE_BLOCKS under a key: MPCF_E_UNSUPPORTED. */
mpcf_status session_check_program(const struct program *p, mpcf_error *err);

#endif
