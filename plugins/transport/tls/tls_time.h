/* SPDX-License-Identifier: Apache-2.0 */
/* When a certificate ends. */
#ifndef MPCF_TLS_TLS_TIME_H
#define MPCF_TLS_TLS_TIME_H

#include <openssl/asn1.h>

#define TLS_TIME_SIZE 32

/* "2027-03-01 12:00 UTC" */
void tls_time_print(const ASN1_TIME *time, char text[TLS_TIME_SIZE]);
/* Whole days from now; negative behind it. */
int tls_time_days_left(const ASN1_TIME *time);

#endif
