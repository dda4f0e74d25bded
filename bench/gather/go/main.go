// Gathering: ten thousand goroutines, each with a result, awaited together;
// those that wait yield once. Prints ns per call.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

const calls = 10000
const rounds = 200

func gatherNS(yields int) float64 {
	results := make([]int, calls)
	best := 0.0
	for round := 0; round < rounds; round++ {
		var ended sync.WaitGroup
		start := time.Now()
		ended.Add(calls)
		for i := 0; i < calls; i++ {
			i := i
			go func() {
				for k := 0; k < yields; k++ {
					runtime.Gosched()
				}
				results[i] = i
				ended.Done()
			}()
		}
		ended.Wait()
		ns := float64(time.Since(start).Nanoseconds()) / calls
		if best == 0 || ns < best {
			best = ns
		}
	}
	return best
}

func main() {
	fmt.Printf("{\"gather_10k_ns\": %.2f, \"gather_10k_waiting_ns\": %.2f}\n",
		gatherNS(0), gatherNS(1))
}
