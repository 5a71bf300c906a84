// Command kubernetes-node is what a node runs beside the programs of the control plane: kubeadm, kubelet, kube-proxy and
// kube-scheduler in one binary. The program is chosen by the name it is called under; links with these names lie beside
// the binary.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app"
	kubeadmerrors "k8s.io/kubernetes/cmd/kubeadm/app/util/errors"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// servers are the programs that run until they are told to end.
var servers = map[string]func() *cobra.Command{
	"kubelet":        func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	"kube-proxy":     proxy.NewProxyCommand,
	"kube-scheduler": func() *cobra.Command { return scheduler.NewSchedulerCommand() },
}

func main() {
	name := filepath.Base(os.Args[0])
	if newCommand, ok := servers[name]; ok {
		os.Exit(cli.Run(newCommand()))
	}
	if name != "kubeadm" {
		fmt.Fprintf(os.Stderr, "%s: no such program here; call it as kubeadm, kubelet, kube-proxy or kube-scheduler\n", name)
		os.Exit(2)
	}
	kubeadmerrors.HandleError(kubeadm.Run())
}
