import { kubernetesPrograms } from './kubernetes-programs.ts';

// Makes sure that the programs of a control plane are on this machine, so that nothing is downloaded or built later.
const began = performance.now();
const programs = await kubernetesPrograms((line) => console.log(line));
console.log(`kubernetes: ready in ${((performance.now() - began) / 1000).toFixed(1)} s: ${programs['kube-apiserver']}`);
