// kfake VERSION PORT...: brokers in memory, on a port each, that speak as a Kafka of this version does ("2.1"), until
// stdin ends.
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kversion"
)

func main() {
	if err := serve(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(name string, texts []string) error {
	version := kversion.FromString(name)
	if version == nil {
		return fmt.Errorf("no version %q is known", name)
	}
	ports := make([]int, len(texts))
	for i, text := range texts {
		port, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		ports[i] = port
	}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(len(ports)), kfake.Ports(ports...), kfake.MaxVersions(version),
		kfake.AllowAutoTopicCreation(), kfake.DefaultNumPartitions(1))
	if err != nil {
		return err
	}
	defer cluster.Close()
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
