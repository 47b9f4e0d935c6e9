# SPDX-License-Identifier: Apache-2.0
# cmake -DIMAGE=kernels.fatbin -DOUT=file.c -P embed_image.cmake: the file as kernels_image[].
file(READ ${IMAGE} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
    "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "/* SPDX-License-Identifier: Apache-2.0 */\n#include \"kernels_image.h\"\n\n"
    "_Alignas(64) const unsigned char kernels_image[] = {\n${bytes}};\n")
