// franz BOOTSTRAP TOPIC COUNT OUT: reads all partitions of the topic from the beginning.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	if err := consume(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func consume(bootstrap, topic, countText, path string) error {
	count, err := strconv.Atoi(countText)
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(file)
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return err
	}
	defer client.Close()
	for read := 0; read < count; {
		waiting, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		fetches := client.PollFetches(waiting)
		cancel()
		for _, failure := range fetches.Errors() {
			return fmt.Errorf("after %d of %d records: %w", read, count, failure.Err)
		}
		fetches.EachRecord(func(record *kgo.Record) {
			out.Write(record.Key)
			out.WriteByte(2)
			out.Write(record.Value)
			out.WriteByte(1)
			read++
		})
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Close()
}
