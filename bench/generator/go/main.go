// A generator as Go writes it: a goroutine and a channel without room. A step
// is the way there and back.
package main

import (
	"fmt"
	"time"
)

const steps = 2000000

func main() {
	numbers := make(chan int64)
	go func() {
		for i := int64(1); ; i++ {
			numbers <- i
		}
	}()
	<-numbers
	start := time.Now()
	for i := 0; i < steps; i++ {
		<-numbers
	}
	fmt.Printf("{\"step_ns\": %.2f}\n",
		float64(time.Since(start).Nanoseconds())/steps)
}
