// A lock or a semaphore: taken while it is free, and handed from goroutine to
// goroutine. Both are a channel with room for one, because a sync.Mutex hands
// over only to those that have waited for a millisecond; what that costs while
// it is free is mutex_ns.
//
// usage: lock-go lock|semaphore
package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

const freeTimes = 20000000
const handoffs = 2000000

func use(permits chan struct{}, times int) {
	for i := 0; i < times; i++ {
		permits <- struct{}{}
		<-permits
	}
}

func freeNS() float64 {
	permits := make(chan struct{}, 1)
	start := time.Now()
	use(permits, freeTimes)
	return float64(time.Since(start).Nanoseconds()) / freeTimes
}

func mutexNS() float64 {
	var mutex sync.Mutex
	start := time.Now()
	for i := 0; i < freeTimes; i++ {
		mutex.Lock()
		mutex.Unlock()
	}
	return float64(time.Since(start).Nanoseconds()) / freeTimes
}

// Once in line, always in line: what one gives back belongs to the other
// before it asks for it again.
func handoffNS() float64 {
	permits := make(chan struct{}, 1)
	var ended sync.WaitGroup
	permits <- struct{}{}
	for i := 0; i < 2; i++ {
		ended.Add(1)
		go func() {
			defer ended.Done()
			use(permits, handoffs/2)
		}()
	}
	time.Sleep(10 * time.Millisecond)
	start := time.Now()
	<-permits
	ended.Wait()
	return float64(time.Since(start).Nanoseconds()) / handoffs
}

func main() {
	what := os.Args[1]
	fmt.Printf("{\"%s_ns\": %.2f, \"%s_handoff_ns\": %.2f", what, freeNS(),
		what, handoffNS())
	if what == "lock" {
		fmt.Printf(", \"mutex_ns\": %.2f", mutexNS())
	}
	fmt.Printf("}\n")
}
