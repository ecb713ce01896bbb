"""From whatever people have to word ids, sentence offsets and a vocabulary; `fastw2v` itself hands the names on."""
