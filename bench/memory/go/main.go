// Many goroutines asleep at once: memory of each. Prints one JSON object.
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The figure of a line of /proc/self/status such as "VmRSS:   1234 kB".
func procBytes(name string) float64 {
	file, err := os.Open("/proc/self/status")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) > 1 && fields[0] == name+":" {
			kilobytes, _ := strconv.ParseFloat(fields[1], 64)
			return kilobytes * 1024
		}
	}
	return 0
}

func main() {
	if len(os.Args) != 2 {
		log.Fatalf("usage: %s GOROUTINES", os.Args[0])
	}
	count, err := strconv.ParseInt(os.Args[1], 10, 64)
	if err != nil || count < 1 {
		log.Fatalf("%s is not a number of goroutines", os.Args[1])
	}
	var asleep int64
	rss, tables := procBytes("VmRSS"), procBytes("VmPTE")
	start := time.Now()
	for i := int64(0); i < count; i++ {
		go func() {
			atomic.AddInt64(&asleep, 1)
			time.Sleep(time.Hour)
		}()
	}
	for atomic.LoadInt64(&asleep) < count {
		runtime.Gosched()
	}
	each := float64(count)
	spawn := float64(time.Since(start).Nanoseconds()) / each
	rss = (procBytes("VmRSS") - rss) / each
	tables = (procBytes("VmPTE") - tables) / each
	fmt.Printf("{\"spawn_ns\": %.2f, \"rss_bytes\": %.1f, "+
		"\"page_table_bytes\": %.1f, \"rss_and_tables_bytes\": %.1f}\n",
		spawn, rss, tables, rss+tables)
}
