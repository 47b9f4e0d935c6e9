#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# wrong_folders.sh: beside the folder `example` of `mpcf-host example`, the folders that wrong_files.txt names, each
# with one thing wrong.
set -e
cp -r example/model model-broken && printf '{"model_type": "bert"' > model-broken/config.json
cp -r example/model model-act && sed -i 's/"gelu"/"gelo"/' model-act/config.json
cp -r example/model model-tokens && sed -i 's/BertForSequenceClassification/BertForTokenClassification/' model-tokens/config.json
cp -r example/model model-wide && sed -i 's/"hidden_size": 48/"hidden_size": 64/' model-wide/config.json
cp -r example/model model-names && sed -i 's/"model_type"/"id2label": {"0": "positive", "1": "negative"}, "model_type"/' model-names/config.json
cp -r example/model model-several && sed -i 's/"model_type"/"problem_type": "multi_label_classification", "model_type"/' model-several/config.json
cp -r example/model model-mute && rm model-mute/vocab.txt
cp -r example/model model-words && sed -i 's/"vocab_size": 78/"vocab_size": 70/' model-words/config.json
cp -r example/model model-gpt && sed -i 's/"model_type": "bert"/"model_type": "gpt2"/; s/BertFor/GPT2For/' model-gpt/config.json
cp -r example/model model-huge && sed -i 's/"hidden_size": 48/"hidden_size": 131072/; s/"num_hidden_layers": 2/"num_hidden_layers": 4/; s/"intermediate_size": 96/"intermediate_size": 524288/' model-huge/config.json
mkdir data-train data-label data-empty data-bytes
cp example/data/train.tsv data-train
cp example/data/*.tsv data-label && sed -i '3s/.$/7/' data-label/dev.tsv
cp example/data/*.tsv data-empty && sed -i '2,$d' data-empty/dev.tsv
cp example/data/*.tsv data-bytes && printf 'sentence\tlabel\ngo\377od\t1\n' > data-bytes/train.tsv
printf x > file
mkdir -p out-store/store/user out-asked && printf x > out-store/store/user/session
printf '{' > out-asked/questions.json
printf 'review,mood\nfine,good\nbad,bad\nso,good\n' > rows.csv
