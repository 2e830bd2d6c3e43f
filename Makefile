# One line per verb; the work is in tools/, which can be read and run alone.
# PARTS="unit race" narrows check, test and prove to the named parts.

.PHONY: build check test bench prove demo generate fmt install

build:            ## the program, into bin/kizuna
	go build -trimpath -o bin/kizuna ./cmd/kizuna

check:            ## the source itself: format, generated pages, vet, linters, known holes, the house
	tools/check.sh $(PARTS)

test:             ## everything a change must pass, on both engines and in a browser
	tools/test.sh $(PARTS)

bench:            ## screens and API against their budgets, on both engines
	tools/bench.sh

prove:            ## the long proofs, in named parts that can be run one by one
	tools/prove.sh $(PARTS)

demo:             ## the demo agency on this machine
	go run ./cmd/kizuna demo

generate:         ## Go from the templ pages
	go tool -modfile=tools/go.mod templ generate

fmt:              ## Go and templ in their one form
	gofmt -s -w $(wildcard cmd internal test)
	go tool -modfile=tools/go.mod templ fmt $(wildcard cmd internal)

install:          ## what the tests need on this machine
	tools/install.sh
