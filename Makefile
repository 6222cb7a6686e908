# Every target is a script that CI can run too.
CONFIGURATION ?= Release
.DEFAULT_GOAL := build
.PHONY: build test fmt lint bench bench-control-plane soak e2e fuzz golden-update browser publish clean

build:          ## build everything
	dotnet build Linkerd.slnx -c $(CONFIGURATION) -v q --nologo

test:           ## everything that passes without a cluster
	./test

fmt:            ## format the code
	dotnet format Linkerd.slnx

lint:           ## analysers and formatting, changing nothing
	dotnet build Linkerd.slnx -c $(CONFIGURATION) -v q --nologo --no-incremental
	dotnet format Linkerd.slnx --verify-no-changes --severity warn

bench:          ## side by side with haproxy and nginx: a table of ratios
	benchmarks/mesh/run

bench-control-plane: ## the control plane at scale: memory, time to the proxies, CPU, cold start
	benchmarks/control-plane/run

soak:           ## mixed load for MINUTES (30): memory growth, descriptors, errors
	benchmarks/soak --minutes $(or $(MINUTES),30)

e2e:            ## the mesh on the Kubernetes of KUBECONFIG: docs/end-to-end-tests.md
	dotnet build tests/Linkerd.EndToEndTests -c $(CONFIGURATION) -v q --nologo
	dotnet artifacts/bin/Linkerd.EndToEndTests/release/Linkerd.EndToEndTests.dll

fuzz: export FUZZ_SECONDS ?= 60
fuzz:           ## every parser against mutations of tests/corpus, FUZZ_SECONDS (60) each, from FUZZ_SEED (new)
	dotnet build tests/Linkerd.Http.Tests -c $(CONFIGURATION) -v q --nologo
	dotnet build tests/Linkerd.Net.Tests -c $(CONFIGURATION) -v q --nologo
	dotnet build tests/Linkerd.Proxy.Tests -c $(CONFIGURATION) -v q --nologo
	dotnet artifacts/bin/Linkerd.Http.Tests/release/Linkerd.Http.Tests.dll --filter-class '*FuzzTests' --filter-class '*MutationTests'
	dotnet artifacts/bin/Linkerd.Net.Tests/release/Linkerd.Net.Tests.dll --filter-class '*FuzzTests' --filter-class '*TlsMutationTests'
	dotnet artifacts/bin/Linkerd.Proxy.Tests/release/Linkerd.Proxy.Tests.dll --filter-class '*FuzzTests'

chaos:          ## faults, load and chaos with full numbers: about 15 minutes, as root
	eng/chaos

browser:        ## the dashboard in headless Chromium, against the mock or against LINKERD_WEB (such as the address that `linkerd local demo` prints)
	cd web && npm ci --no-audit --no-fund --loglevel=error
	eng/web
	cd web && npx playwright test

golden-update:  ## rewrite the golden files from what the code now says; read the diff
	GOLDEN_UPDATE=1 ./test --no-build

publish:        ## the shipped binaries, into artifacts/dist
	eng/publish

clean:
	rm -rf artifacts artifacts-*
