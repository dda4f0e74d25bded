// The price of a goroutine: yielding among 2 and among 100 000, starting an
// empty one and waiting for it. Prints one JSON object of ns per operation.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

func yieldNS(tasks int, yields int) float64 {
	var ended sync.WaitGroup
	start := time.Now()
	for i := 0; i < tasks; i++ {
		ended.Add(1)
		go func() {
			defer ended.Done()
			for k := 0; k < yields; k++ {
				runtime.Gosched()
			}
		}()
	}
	ended.Wait()
	return float64(time.Since(start).Nanoseconds()) / float64(tasks*yields)
}

func spawnJoinNS(count int) float64 {
	var ended sync.WaitGroup
	start := time.Now()
	for i := 0; i < count; i++ {
		ended.Add(1)
		go ended.Done()
		ended.Wait()
	}
	return float64(time.Since(start).Nanoseconds()) / float64(count)
}

func main() {
	fmt.Printf("{\"yield_2_ns\": %.2f, \"yield_100k_ns\": %.2f, "+
		"\"spawn_join_ns\": %.2f}\n",
		yieldNS(2, 1000000), yieldNS(100000, 20), spawnJoinNS(1000000))
}
