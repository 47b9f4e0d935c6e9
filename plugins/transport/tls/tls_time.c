/* SPDX-License-Identifier: Apache-2.0 */
/* A time of a certificate, for a person. */
#include "tls_time.h"

#include <stdio.h>
#include <time.h>

void tls_time_print(const ASN1_TIME *time, char text[TLS_TIME_SIZE])
{
    struct tm parts;

    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1 ||
        strftime(text, TLS_TIME_SIZE, "%Y-%m-%d %H:%M UTC", &parts) == 0) {
        (void) snprintf(text, TLS_TIME_SIZE, "an unknown day");
    }
}

int tls_time_days_left(const ASN1_TIME *time)
{
    int days = 0, seconds = 0;

    if (ASN1_TIME_diff(&days, &seconds, NULL, time) != 1) {
        return -1;
    }
    return days == 0 && seconds < 0 ? -1 : days;
}
