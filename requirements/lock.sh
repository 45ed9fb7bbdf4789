#!/usr/bin/env bash
# lock.sh [--upgrade]: resolve every *.in for Python 3.12 into a *.lock with hashes, and prove that the
# model stack fits each torch of inventory/group_vars/all/versions.yml. Needs uv.
set -euo pipefail
cd "$(dirname "$0")"
platform=(--python-version 3.12.11 --python-platform x86_64-manylinux_2_28)
common=(-q "${platform[@]}" --generate-hashes --custom-compile-command 'requirements/lock.sh' "$@")

# torch is resolved for, but comes from another index, with everything that only it needs.
only_torch=(torch torchvision triton cuda-bindings cuda-pathfinder cuda-toolkit)
for part in cublas cuda-cupti cuda-nvrtc cuda-runtime cudnn cufft cufile curand cusolver cusparse \
  cusparselt nccl nvjitlink nvtx; do
  only_torch+=("nvidia-$part-cu12")
done
without_torch=("${only_torch[@]/#/--no-emit-package=}")
torches=(2.4.0 2.7.1)

uv pip compile "${common[@]}" bootstrap.in -o bootstrap.lock
uv pip compile "${common[@]}" ../pyproject.toml -o evaluation.lock
uv pip compile "${common[@]}" cli.in -o cli.lock
uv pip compile "${common[@]}" sigilderg.in -o sigilderg.lock
uv pip compile "${common[@]}" "${without_torch[@]}" models-4.in -c <(echo "torch==${torches[0]}") \
  -o models-4.lock
# Ray is installed beside either, so they share the versions of all packages that transformers does not choose.
uv pip compile "${common[@]}" "${without_torch[@]}" models-5.in -c <(echo "torch==${torches[1]}") \
  -c <(grep -oE '^[a-z0-9-]+==[^ ]+' models-4.lock | grep -vE '^(transformers|tokenizers|huggingface-hub|hf-xet)==') \
  -o models-5.lock
uv pip compile "${common[@]}" "${without_torch[@]}" finetuner.in -c <(echo "torch==${torches[0]}") \
  -o finetuner.lock
# Ray shares the environment of the evaluation and of the models, so it must agree with both.
uv pip compile "${common[@]}" cluster.in -c evaluation.lock -c models-4.lock -c models-5.lock -o cluster.lock
# vLLM has an environment of its own, and in it the torch that it was built with, from the package index.
for build in cu128 cu130; do
  uv pip compile "${common[@]}" "vllm-$build.in" -o "vllm-$build.lock"
done

for torch in "${torches[@]}"; do
  for stack in models-4 models-5 finetuner; do
    if [ "$stack $torch" = "models-5 ${torches[0]}" ]; then continue; fi
    uv pip compile -q "${platform[@]}" "$stack.in" -c "$stack.lock" -c <(echo "torch==$torch") >/dev/null
    echo "$stack.lock fits torch $torch"
  done
done
