/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OpenSSL's libcrypto needs before it is used.
 */
#ifndef MPCF_BASE_CRYPTO_H
#define MPCF_BASE_CRYPTO_H

/* Before the first call into libcrypto, and any number of times. */
void crypto_prepare(void);

#endif
