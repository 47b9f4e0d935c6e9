/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folders from which the transports tls and zmq-curve take what they prove themselves with, before each
 * file goes to its role.
 */
#ifndef MPCF_CHANNEL_CERTIFICATE_FOLDER_H
#define MPCF_CHANNEL_CERTIFICATE_FOLDER_H

#include <mpcf/error.h>

#define AUTHORITY_DAYS 3650u

/*
 * FOLDER/authority.key, authority.pem, provider.pem, user.pem and dealer.pem, certificates of roles valid for
 * DAYS. Where an authority is there already it signs, and only files that are missing are made; where
 * all are there: MPCF_E_CONFIG. FOLDER is as key_folder_make() has it.
 */
mpcf_status certificate_folder_create(const char *folder, unsigned days, mpcf_error *err);
/* FOLDER/provider.pem, user.pem and dealer.pem, keys without certificates, and trusted, which names
 * all three; MPCF_E_CONFIG where one of them is there. */
mpcf_status pinned_folder_create(const char *folder, mpcf_error *err);
/* The same with provider.curve, user.curve and dealer.curve, keys of zmq-curve, and trusted.curve. */
mpcf_status curve_folder_create(const char *folder, mpcf_error *err);

#endif
