// Gathering: ten thousand goroutines, each with a result, awaited together.
// Prints ns per call.
package main

import (
	"fmt"
	"sync"
	"time"
)

const calls = 10000
const rounds = 200

func main() {
	results := make([]int, calls)
	best := 0.0
	for round := 0; round < rounds; round++ {
		var ended sync.WaitGroup
		start := time.Now()
		ended.Add(calls)
		for i := 0; i < calls; i++ {
			i := i
			go func() {
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
	fmt.Printf("{\"gather_10k_ns\": %.2f}\n", best)
}
