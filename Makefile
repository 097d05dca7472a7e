# Every command lives in ./run; this only forwards, for hands that type make.
.DEFAULT_GOAL := help
Makefile: ;
%: ; @./run $@
